export { writeFileAtomic } from './atomic-file.ts'
export type { Column } from './column.ts'
export { shortNumbers } from './json-lines-writer.ts'
export { type ReadTextsOptions, readTexts, type TextSource } from './read-texts.ts'
export { TEXT_FORMATS, type TextFormat } from './text-format.ts'
export {
  createVectorWriter,
  rowsOf,
  type VectorBlock,
  type VectorWriter,
} from './vector-writer.ts'
