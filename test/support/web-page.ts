import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build, type Rollup } from 'vite'
import type { PageFunctions } from '../web-page/page.ts'

export type BuiltFile = Rollup.RolldownOutput['output'][number]

/** Bundles the tests' page as an application of Vite's defaults would be. */
export async function buildPage(outDir: string): Promise<readonly BuiltFile[]> {
  const result = await build({
    configFile: false,
    root: join(import.meta.dirname, '../web-page'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  })
  const [first] = [result].flat()
  return first && 'output' in first ? first.output : []
}

/** @param executablePath as `chromiumPath` gives it */
export function launchChromium(executablePath: string): Promise<Browser> {
  // Containers run tests as root, which Chromium's sandbox refuses.
  return chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 110_000 })
}

/** Calls one of the page's functions. */
export function ask<Name extends keyof PageFunctions>(
  page: Page,
  name: Name,
  ...given: Parameters<PageFunctions[Name]>
): Promise<Awaited<ReturnType<PageFunctions[Name]>>> {
  return page.evaluate(
    ([called, parameters]) => {
      const { asked } = globalThis as unknown as {
        asked: Record<string, (...a: unknown[]) => unknown>
      }
      return asked[called]?.(...parameters)
    },
    [name, given] as const,
  ) as Promise<Awaited<ReturnType<PageFunctions[Name]>>>
}
