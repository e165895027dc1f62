import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChooseFiles, downloadFiles } from './download-files.ts'
import { type EnvironmentVariables, type HubOptions, hubSettings } from './hub-options.ts'
import { moduleFolders, neededFiles, requireSmall } from './model-files.ts'

/**
 * Brings a model from the hub into the cache, the files yuju needs and no others; gives its folder.
 * @param environment where the settings of Hugging Face's tools are looked up (HF_HOME, HF_TOKEN …)
 * @throws HubError when it is not there, not allowed or does not arrive whole.
 */
export async function downloadModel(
  id: string,
  options: HubOptions,
  environment: EnvironmentVariables,
): Promise<string> {
  const settings = hubSettings({ kind: 'model', id }, options, environment)
  return downloadFiles(settings, options, { choose, isWhole })
}

const choose: ChooseFiles = async (files, readText) => {
  const modules = files.find(({ path }) => path === 'modules.json')
  if (modules) requireSmall(modules)
  return neededFiles(files, moduleFolders(modules && (await readText(modules))))
}

async function isWhole(folder: string): Promise<boolean> {
  return stat(join(folder, 'config.json')).then(
    () => true,
    () => false,
  )
}
