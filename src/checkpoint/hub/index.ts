export type { DownloadProgress } from '../model-folder.ts'
export { downloadModel } from './download-model.ts'
export { downloadSplit } from './download-split.ts'
export { type HubOptions, isHubId } from './hub-options.ts'
