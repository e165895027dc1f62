// Compile src/ to dist/ from scratch, so that no file of an earlier build survives.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
const compiled = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: true })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)
if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755)
