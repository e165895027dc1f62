export { outputError, publishFile, writeFileAtomic } from './atomic-file.ts'
export type { Column, ColumnChoice } from './column.ts'
export { locationText, type RowLocation } from './column.ts'
export { fileHash, inputError } from './input-bytes.ts'
export type { TextSource } from './open-rows.ts'
export { TEXT_FORMATS, type TextFormat, textFormatOf } from './open-rows.ts'
export { packageVersion } from './package-version.ts'
export { type Cell, type ReadRowsOptions, type Row, readRows } from './read-rows.ts'
export { type ReadTextsOptions, readTexts } from './read-texts.ts'
export { type NamedRow, ROW_FORMATS, RowWriter } from './row-writer.ts'
export {
  createVectorWriter,
  rowsOf,
  shortNumbers,
  VECTOR_FORMATS,
  type VectorBlock,
  type VectorFormat,
  type VectorWriter,
} from './vector-writer.ts'
