// Compile src/ to dist/ from scratch, so that no file of an earlier build survives, and bundle the
// command line.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, readdirSync, rmSync } from 'node:fs'
import { bundleCli } from './bundle-cli.mjs'

const PAGE = 'server/page'

rmSync('dist', { recursive: true, force: true })
compile('-p tsconfig.build.json')
compile(`-p src/${PAGE} --noEmit false --outDir dist/${PAGE}`)
for (const file of readdirSync(`src/${PAGE}`)) {
  if (/\.(?:html|css|svg)$/.test(file)) copyFileSync(`src/${PAGE}/${file}`, `dist/${PAGE}/${file}`)
}
await bundleCli('dist')
chmodSync('dist/cli/main.js', 0o755)

function compile(options) {
  const { status } = spawnSync(`tsc ${options}`, { stdio: 'inherit', shell: true })
  if (status !== 0) process.exit(status ?? 1)
}
