// biome-ignore-all lint/suspicious/noConsole: what it prints is the result of the program that calls it
// Tables of tab-separated cells, as the data sets are.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** The rows of a .tsv.gz. @param {string} path */
export function readTable(path) {
  const text = gunzipSync(readFileSync(path)).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
}

/** Writes a .tsv, whole or not at all. @param {string} path @param {readonly unknown[][]} rows */
export function writeTable(path, rows) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.part`, `${rows.map((row) => row.join('\t')).join('\n')}\n`)
  renameSync(`${path}.part`, path)
  console.log(`${rows.length} rows in ${path}`)
}
