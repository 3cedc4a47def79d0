# Writes and reads model.safetensors in f16; bytes stay bytes.
import json
import pathlib
import struct

import numpy as np

TYPES = {'F16': '<f2', 'U8': 'u1'}


def write_safetensors(path, tensors, metadata):
    """Eight bytes of header length, a JSON header padded with blanks to 8, then the data in the header's order."""
    header, offset, blobs = {'__metadata__': metadata}, 0, []
    for name in sorted(tensors):
        kind = 'U8' if tensors[name].dtype == np.uint8 else 'F16'
        data = tensors[name].astype(TYPES[kind]).tobytes()
        header[name] = {'dtype': kind, 'shape': list(tensors[name].shape), 'data_offsets': [offset, offset + len(data)]}
        offset += len(data)
        blobs.append(data)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    temporary = pathlib.Path(str(path) + '.tmp')
    with open(temporary, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for data in blobs:
            file.write(data)
    temporary.replace(path)


def read_safetensors(path):
    """(tensors by name, metadata)."""
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack('<Q', data[:8])[0]
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    tensors = {n: np.frombuffer(body[slice(*h['data_offsets'])], TYPES[h['dtype']]).reshape(h['shape']) for n, h in header.items() if n != '__metadata__'}
    return tensors, header.get('__metadata__', {})
