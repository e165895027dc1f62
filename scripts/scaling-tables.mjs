// Writes the tables of docs/scaling.md from the rates in bench/results.json and the assumptions
// below, which the document states.
import { readFileSync, writeFileSync } from 'node:fs'
import { table, withTablesIn } from './document-tables.mjs'

const DOCUMENT = new URL('../docs/scaling.md', import.meta.url)
const RESULTS = new URL('../bench/results.json', import.meta.url)

/** What the plan supposes. Everything else follows from it and from the measured rate. */
export const ASSUMPTIONS = {
  /** Numbers of a vector. */
  dimensions: 384,
  /** Cores of the machine that was measured, and of the machines that are planned with. */
  measuredCores: 2,
  machineCores: 64,
  /** Days within which the work is to be done, by which the number of machines is chosen. */
  days: 7,
  /** What is lost to queue, disks and machines that die, where only plain encoding was measured. */
  overhead: 0.1,
  /** Links of a graph index (HNSW with M = 16) for each vector: 2 M of four bytes. */
  graphBytes: 2 * 16 * 4,
  /** Vectors on one machine's share of the index: memory in bytes. */
  machineMemory: 256e9,
  /** Rows of one shard. */
  shardRows: 500_000,
}

const SIZES = [
  ['10 million', 1e7],
  ['1 billion', 1e9],
  ['100 billion', 1e11],
]

/**
 * Sentences a second on the machine that was measured, what measured it, and the share that is still
 * to be added for working in bulk.
 */
export function measuredRate(results) {
  const bulk = results.find(({ name }) => name === 'bulk.sentences_per_second')
  if (bulk) return { rate: bulk.value, source: `bulk.sentences_per_second, ${bulk.date}`, lost: 0 }
  const encode = results.find(({ name }) => name === 'encode.throughput_vs_st_torch')
  const [, rate] = encode?.peer.match(/yuju ([\d.]+)/) ?? []
  if (!rate) throw new Error('bench/results.json has no rate; run node bench/encode.mjs e5')
  const source = `encode.throughput_vs_st_torch, ${encode.date}`
  return { rate: Number(rate), source, lost: ASSUMPTIONS.overhead }
}

/** The plan for a number of sentences. @param {number} rows @param {{ rate: number, lost: number }} measured */
export function planFor(rows, { rate, lost }) {
  const { dimensions, measuredCores, machineCores, days } = ASSUMPTIONS
  const { graphBytes, machineMemory, shardRows } = ASSUMPTIONS
  const machineRate = ((rate / measuredCores) * machineCores) / (1 + lost)
  const machineHours = rows / machineRate / 3600
  const machines = Math.ceil(machineHours / (24 * days))
  const bytes = (perVector) => rows * perVector
  const [float32, int8, binary] = [dimensions * 4, dimensions, Math.ceil(dimensions / 8)].map(bytes)
  const index = { float32, int8, binary }
  const memory = Object.fromEntries(
    Object.entries(index).map(([type, size]) => [type, size + bytes(graphBytes)]),
  )
  return {
    shards: Math.ceil(rows / shardRows),
    coreHours: machineHours * machineCores,
    machines,
    hours: machineHours / machines,
    storage: index,
    memory,
    searchMachines: Object.fromEntries(
      Object.entries(memory).map(([type, size]) => [type, Math.ceil(size / machineMemory)]),
    ),
  }
}

function bytesText(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${numberText(bytes / 1000 ** power)} ${units[power]}`
}

/** Three digits: the assumptions are not better than that. */
function numberText(value) {
  return Number(value.toPrecision(3)).toLocaleString('en')
}

/** A row for each property, a column for each size. */
function planTable(plans, properties) {
  const rows = properties.map(([what, textOf]) => [what, ...plans.map(textOf)])
  return table(['', ...SIZES.map(([name]) => name)], rows)
}

function tables({ rate, source, lost }) {
  const plans = SIZES.map(([, rows]) => planFor(rows, { rate, lost }))
  const perMillion = 1e6 / rate
  const cost = table(
    ['one million sentences', ''],
    [
      ['measured by', source],
      ['sentences a second', numberText(rate)],
      [`time on ${ASSUMPTIONS.measuredCores} cores`, `${numberText(perMillion / 60)} min`],
      ['core hours', numberText((perMillion / 3600) * ASSUMPTIONS.measuredCores)],
    ],
  )
  const types = ['float32', 'int8', 'binary']
  return {
    cost,
    plan: planTable(plans, [
      ['files (shards)', ({ shards }) => numberText(shards)],
      ['core hours', ({ coreHours }) => numberText(coreHours)],
      ['machines', ({ machines }) => numberText(machines)],
      ['hours on these', ({ hours }) => numberText(hours)],
      ...types.map((type) => [`storage, ${type}`, ({ storage }) => bytesText(storage[type])]),
      ...types.map((type) => [`index memory, ${type}`, ({ memory }) => bytesText(memory[type])]),
      ...types.map((type) => [
        `machines for that, ${type}`,
        ({ searchMachines }) => numberText(searchMachines[type]),
      ]),
    ]),
  }
}

/** The document with its tables as the results have them. */
export function withScalingTables(text, results) {
  return withTablesIn(text, tables(measuredRate(results)))
}

if (import.meta.filename === process.argv[1]) {
  const results = JSON.parse(readFileSync(RESULTS, 'utf8'))
  writeFileSync(DOCUMENT, withScalingTables(readFileSync(DOCUMENT, 'utf8'), results))
}
