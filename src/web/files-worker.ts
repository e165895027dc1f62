import { type MessageTarget, messagePort, notify, serve } from '../channel/index.ts'
import type { FilesMethods, FilesNotice } from './fetch-files.ts'
import { fetchManifest, fetchModel } from './fetch-model.ts'

/** The thread that fetches a model's files and checks them: hashing some megabytes takes a while. */

/** To the page; the types for pages know nothing of a worker's scope. */
const page = messagePort(globalThis as unknown as MessageTarget)

const report = (notice: FilesNotice) => notify(page, notice)

serve<FilesMethods>(page, {
  manifest: (address) => fetchManifest(address, report),
  files: (request) => fetchModel(request, { onDownload: report, onWarning: report }),
})
