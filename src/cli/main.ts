#!/usr/bin/env node
import process from 'node:process'
import { runCli } from './run-cli.ts'
import { processShell } from './shell.ts'

// LanceDB warns on standard error of a choice that nobody here has made.
process.env.LANCE_INCLUDE_VECTOR_CENTROIDS ??= 'false'

const shell = processShell()
const exitCode = await runCli(process.argv.slice(2), shell)
process.exitCode = exitCode
// What was interrupted may still be busy; the empty write ends once everything before it is out.
if (shell.signal.aborted) process.stderr.write('', () => process.exit(exitCode))
