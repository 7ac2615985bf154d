// Prints, as JSON, what apache-arrow sees in Arrow files of tensors: for each record batch and
// column its name, element type, shape, the sum of all elements in order, and the last element.
import { readFileSync } from 'node:fs';
import { DataType, tableFromIPC } from 'apache-arrow';

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

function bfloat16(bits) {
  word[0] = bits << 16;
  return single[0];
}

function describe(batch, row, index) {
  const field = batch.schema.fields[index];
  const elements = batch.getChildAt(index).get(row);
  const brain = DataType.isInt(field.type.children[0].type);
  let sum = 0;
  let last = 0;
  for (const element of elements) {
    last = brain ? bfloat16(element) : element;
    sum += last;
  }
  return {
    name: field.name,
    extension: field.metadata.get('ARROW:extension:name'),
    shape: JSON.parse(field.metadata.get('ARROW:extension:metadata')).shape,
    type: field.metadata.get('stagger:element_type'),
    elements: elements.length,
    sum,
    last,
  };
}

const files = process.argv.slice(2).map((path) => {
  const table = tableFromIPC(readFileSync(path));
  return {
    batches: table.batches.map((batch) => ({
      rows: batch.numRows,
      columns: batch.schema.fields.map((_, index) => describe(batch, 0, index)),
    })),
  };
});
process.stdout.write(JSON.stringify({ files }));
