#!/usr/bin/env node
import './thread-pool.ts'
import { buildProgram } from './program.ts'

await buildProgram().parseAsync()
