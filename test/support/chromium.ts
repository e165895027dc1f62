import { existsSync } from 'node:fs'

const PLACES = [
  process.env.YUJU_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A Chromium to run pages in; without one, tests that need it are skipped and a line says so. */
export function chromiumPath(): string | undefined {
  const found = PLACES.find((place) => place !== undefined && existsSync(place))
  if (found === undefined) {
    console.warn('skipped: no Chromium is here; install one, or name it in YUJU_CHROMIUM')
  }
  return found
}
