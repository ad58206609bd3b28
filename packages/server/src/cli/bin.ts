#!/usr/bin/env node
import './thread-pool.ts'
import { buildProgram } from './program.ts'
import { protectOperands } from './protect-operands.ts'

await buildProgram().parseAsync(protectOperands(process.argv))
