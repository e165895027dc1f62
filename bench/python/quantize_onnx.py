"""The model that transformers.js loads in browsers by default: weights in 8 bits, scales of what goes in found anew
for every batch. With the tool and the settings of its own conversion: quantize_onnx.py FROM TO"""

import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

source, target = sys.argv[1:]
quantize_dynamic(
    source, target, weight_type=QuantType.QInt8, per_channel=True, extra_options={"EnableSubgraph": True}
)
