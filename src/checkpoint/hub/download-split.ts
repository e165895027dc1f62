import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HubError } from '../../errors/index.ts'
import { downloadFiles } from './download-files.ts'
import { type EnvironmentVariables, type HubOptions, hubSettings } from './hub-options.ts'

/**
 * Brings one split of a data set from the hub into the cache; gives its Parquet files, in order.
 * They are those whose name begins with the split's, as `datasets` writes them:
 * `data/validation-00000-of-00001-….parquet`.
 * @param environment where the settings of Hugging Face's tools are looked up (HF_HOME, HF_TOKEN …)
 * @throws HubError when the data set or the split is not there, or does not arrive whole.
 */
export async function downloadSplit(
  { id, split }: { readonly id: string; readonly split: string },
  options: HubOptions,
  environment: EnvironmentVariables,
): Promise<string[]> {
  const settings = hubSettings({ kind: 'dataset', id }, options, environment)
  const isWanted = (path: string) => splitOf(path) === split
  const folder = await downloadFiles(settings, options, {
    choose: async (files) => {
      const wanted = files.filter(({ path }) => isWanted(path))
      if (wanted.length > 0) return wanted
      const splits = [...new Set(files.flatMap(({ path }) => splitOf(path) ?? []))]
      throw new HubError(
        'hub-split-missing',
        `${id} has no Parquet files of a split ${split}; it has: ${splits.join(', ') || 'none'}`,
        { facts: { id, split, splits } },
      )
    },
    isWhole: async (cached) => isComplete((await filesIn(cached)).filter(isWanted)),
  })
  return (await filesIn(folder)).filter(isWanted).map((path) => join(folder, path))
}

function splitOf(path: string): string | undefined {
  return /(?:^|\/)([a-z]+)-\d{5}-of-\d{5}[^/]*\.parquet$/.exec(path)?.[1]
}

/** Each file's name tells how many there are. */
function isComplete([first = '', ...others]: readonly string[]): boolean {
  return Number(/-of-(\d+)/.exec(first)?.[1]) === 1 + others.length
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true, encoding: 'utf8' })).sort()
}
