import { YujuError } from '../errors/index.ts'
import { fetchModel } from './fetch-model.ts'
import type { FilesReply, FilesRequest } from './file-messages.ts'
import { scope } from './worker-scope.ts'

/** The thread that fetches a model's files and checks them: hashing some megabytes takes a while. */

function reply(message: FilesReply): void {
  scope.postMessage(message)
}

async function answer(request: FilesRequest): Promise<FilesReply> {
  try {
    const blobs = await fetchModel(request, {
      onDownload: (progress) => reply({ kind: 'progress', progress }),
      onWarning: (message) => reply({ kind: 'warning', message }),
    })
    return { kind: 'done', blobs }
  } catch (error) {
    const code = error instanceof YujuError ? error.code : ''
    return { kind: 'failed', code, message: (error as Error).message }
  }
}

scope.addEventListener('message', async ({ data }) => reply(await answer(data as FilesRequest)), {
  once: true,
})
