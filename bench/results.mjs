// bench/results.json: one record for every figure, sorted by name.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const file = new URL('results.json', import.meta.url)

/**
 * Puts a figure in the place of the one of the same name, dated today.
 * @param {object} record
 * @param {string} record.name as in figures.json
 * @param {number} record.value
 * @param {string} record.peer what it was compared with; '' for nothing
 * @param {string} record.command what measures it again
 * @param {string} record.spread how much it varied, in words
 */
export function recordResult({ name, value, peer, command, spread }) {
  const records = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  const date = new Date().toISOString().slice(0, 10)
  const others = records.filter((record) => record.name !== name)
  const sorted = [...others, { name, value, peer, command, date, spread }].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  // Renamed into place, so that an interrupted run leaves the old file whole.
  const unfinished = new URL(`results.json.${process.pid}.tmp`, import.meta.url)
  writeFileSync(unfinished, `${JSON.stringify(sorted, null, 1)}\n`)
  renameSync(unfinished, file)
}
