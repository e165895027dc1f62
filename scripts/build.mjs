// Compile src/ to dist/ from scratch, so that no file of an earlier build survives, and bundle the
// command line and the server's page.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { rolldown } from 'rolldown'
import { bundleCli } from './bundle-cli.mjs'

const PAGE = 'dist/server/page'
const PAGE_FILES = ['server-page/index.html', 'server-page/page.css', 'kit/kit.css', 'kit/icon.svg']

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync('tsc -p tsconfig.build.json', { stdio: 'inherit', shell: true })
if (status !== 0) process.exit(status ?? 1)
await bundleCli('dist')
chmodSync('dist/cli/main.js', 0o755)
await bundlePage()

/** One script, as each module would be a request of its own. */
async function bundlePage() {
  mkdirSync(PAGE)
  const bundle = await rolldown({ input: 'web/server-page/main.ts', tsconfig: 'web/tsconfig.json' })
  await bundle.write({ file: `${PAGE}/main.js` })
  for (const file of PAGE_FILES) copyFileSync(`web/${file}`, `${PAGE}/${basename(file)}`)
}
