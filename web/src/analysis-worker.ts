import type { AnalysisReply, AnalysisRequest } from './analysis.ts'
import { findDuplicates } from './find-duplicates.ts'
import { project } from './project.ts'

function reply(message: AnalysisReply): void {
  globalThis.postMessage(message)
}

addEventListener('message', ({ data }: { readonly data: AnalysisRequest }) => {
  if (data.kind === 'project') reply({ kind: 'points', points: project(data.vectors) })
  else {
    const onProgress = (share: number) => reply({ kind: 'progress', share })
    reply({ kind: 'duplicates', of: findDuplicates(data.vectors, data.threshold, onProgress) })
  }
})
