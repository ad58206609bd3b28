import { availableParallelism } from 'node:os'

// libuv's pool has 4 threads whatever the machine has; hashes, files and DNS share it. It is sized at its first use, so this
// module must be the first that the process loads. An operator's own value stands.
// biome-ignore lint/style/noProcessEnv: this is no setting of ours, and config.ts would be loaded too late.
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + 4)
