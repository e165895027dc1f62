export { markdownTable, type Table, textTable } from './table.ts'
