// bench/results.json: one record for every figure and kind of processor, sorted by name.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { instructionSets } from '../dist/runtime/index.js'
import { SHARED } from './sentences.mjs'

const file = new URL('results.json', import.meta.url)

/**
 * Puts a figure in the place of the one of the same name that was measured on a processor with the
 * same instruction sets, dated today. Those of other processors stay: they differ up to threefold.
 * @param {object} record
 * @param {string} record.name as in figures.json, which gives the target
 * @param {number} record.value
 * @param {string} record.peer what it was compared with; '' for nothing
 * @param {string} record.command what measures it again
 * @param {string} record.spread how much it varied, in words
 */
export function recordResult({ name, value, peer, command, spread }) {
  const date = new Date().toISOString().slice(0, 10)
  const processor = instructionSets()
  const record = { name, value, peer, command, date, spread, processor }
  const isReplaced = (other) => other.name === name && other.processor === processor
  const records = [...readResults().filter((other) => !isReplaced(other)), record]
  writeResults(
    records.map((each) => (each.name === name ? { ...each, ...targetOf(name, records) } : each)),
  )
}

/** All records, or none where nothing was measured yet. */
export function readResults() {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

/** The target and meaning of a figure, from figures.json where it is there, else as recorded. */
function targetOf(name, records) {
  const figures = `${SHARED}figures.json`
  const known = existsSync(figures) ? JSON.parse(readFileSync(figures, 'utf8')) : records
  const { better, target, meaning } = known.find((figure) => figure.name === name) ?? {}
  return { better, target, meaning }
}

function writeResults(records) {
  const key = ({ name, date }) => `${name} ${date}`
  const sorted = records.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  // Renamed into place, so that an interrupted run leaves the old file whole.
  const unfinished = new URL(`results.json.${process.pid}.tmp`, import.meta.url)
  writeFileSync(unfinished, `${JSON.stringify(sorted, null, 1)}\n`)
  renameSync(unfinished, file)
}
