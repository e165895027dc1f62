import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './model-folder.ts'

const TEXTS = ['花呗怎么还款', '今天天气真不错', '一个女人在弹吉他。']

/** A retrieval set of texts that find themselves; or one laid out as BEIR does it. */
export function retrievalFolder({ beir = false } = {}): string {
  const folder = temporaryFolder()
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''))
  if (beir) {
    mkdirSync(join(folder, 'qrels'))
    const rows = TEXTS.map((text, i) => JSON.stringify({ _id: `t${i}`, title: '', text }))
    write('queries.jsonl', rows)
    write('corpus.jsonl', rows)
    const relevance = TEXTS.map((_, i) => `t${i}\tt${i}\t1`)
    write('qrels/test.tsv', ['query-id\tcorpus-id\tscore', ...relevance])
    return folder
  }
  const rows = TEXTS.map((text, i) => `t${i}\t${text}`)
  write('queries.tsv', rows)
  write('corpus.tsv', rows)
  write(
    'relevance.tsv',
    TEXTS.map((_, i) => `t${i}\tt${i}\t1`),
  )
  return folder
}
