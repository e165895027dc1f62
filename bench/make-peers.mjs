// Installs what yuju is compared with, outside the repository, at fixed versions.
// node bench/make-peers.mjs [FOLDER]   (default: ~/yuju-peers, or what YUJU_PEERS says)
//
// FOLDER        a virtual environment: sentence-transformers on PyTorch
// FOLDER/onnx   another: sentence-transformers on ONNX Runtime
// FOLDER/js     transformers.js
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PEERS } from './peer.mjs'
import { TRANSFORMERS_JS } from './transformers-js-peer.mjs'

const requirements = (name) => new URL(`python/${name}`, import.meta.url).pathname
const run = (program, ...words) => execFileSync(program, words, { stdio: 'inherit' })

/** @param {string} folder */
function sitePackages(folder) {
  const [python] = readdirSync(join(folder, 'lib')).filter((name) => name.startsWith('python'))
  return join(folder, 'lib', python, 'site-packages')
}

/** @param {string} folder @param {string} list @param {string} [base] whose packages are there too */
function pythonPeer(folder, list, base) {
  run('python3', '-m', 'venv', folder)
  if (base) writeFileSync(join(sitePackages(folder), 'base.pth'), `${sitePackages(base)}\n`)
  run(join(folder, 'bin/python'), '-m', 'pip', 'install', '-r', requirements(list))
}

const folder = resolve(process.argv[2] ?? PEERS)
pythonPeer(folder, 'requirements.txt')
// PyTorch is not installed twice.
pythonPeer(join(folder, 'onnx'), 'requirements-onnx.txt', folder)
mkdirSync(join(folder, 'js'), { recursive: true })
writeFileSync(join(folder, 'js/package.json'), '{ "private": true }\n')
// ONNX Runtime's script would download CUDA libraries, which nothing here uses.
run('npm', 'install', '--prefix', join(folder, 'js'), '--ignore-scripts', TRANSFORMERS_JS)
console.log(`YUJU_PEERS=${folder} YUJU_PYTHON=${folder}/bin/python node bench/peers.mjs`)
