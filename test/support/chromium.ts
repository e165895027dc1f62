import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.YUJU_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Chromium on this machine; tests that need one are skipped without it, with a line that says so. */
export function findChromium(): string | undefined {
  const found = PLACES.find((path) => path !== undefined && existsSync(path))
  if (found === undefined) console.warn('skipped: no Chromium here; name one in YUJU_CHROMIUM')
  return found
}

/** @param executablePath as `findChromium` gives it */
export function launchChromium(executablePath: string): Promise<Browser> {
  // Containers run tests as root, which Chromium's sandbox refuses.
  return chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 110_000 })
}
