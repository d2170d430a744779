using System.Buffers;

namespace Coterie.Model.Rows;

/// <summary>
/// Cuts a row into parts whose join it is. Each write is within the limits, and a row is the join of its writes: so it may have grown beyond
/// what one mutation carries, and can still be sent on.
/// </summary>
/// <remarks>Every part but one of a single larger cell keeps to the sizes given. A cell came in one mutation, and will go out in one.</remarks>
public static class RowParts
{
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> row, int bytesWanted, int elementsMax)
    {
        var cutter = new Cutter(bytesWanted, elementsMax);
        cutter.Cut(row.Span);
        return cutter.Parts.Count == 1 ? [row] : cutter.Parts;
    }

    private sealed class Cutter(int bytesWanted, int elementsMax)
    {
        private ArrayBufferWriter<byte> _destination = new();
        private RowWriter _writer;
        private int _elements;

        public List<ReadOnlyMemory<byte>> Parts { get; } = [];

        public void Cut(ReadOnlySpan<byte> row)
        {
            var reader = new RowReader(row);
            BeginPart();
            if (reader.HasRanges)
            {
                _writer.HasRanges();
            }

            _writer.RowDeletion(reader.RowDeletion);
            if (reader.HasMarker)
            {
                _writer.Marker(reader.Marker);
            }

            while (reader.MoveNext())
            {
                switch (reader.Part)
                {
                    case RowPart.SimpleColumn:
                        MakeRoom(reader.CurrentCell.Value.Length);
                        _writer.SimpleColumn(reader.Column, reader.CurrentCell);
                        break;
                    case RowPart.Collection:
                        MakeRoom(0);
                        _elements = 0;
                        _writer.BeginCollection(reader.Column, reader.CollectionDeletion);
                        break;
                    default:
                        if (MakeRoom(reader.ElementKey.Length + reader.CurrentCell.Value.Length))
                        {
                            _writer.BeginCollection(reader.Column, Deletion.None);
                        }

                        _elements++;
                        _writer.Element(reader.ElementKey, reader.CurrentCell);
                        break;
                }
            }

            EndPart();
        }

        /// <summary>True if another part has been begun, because the last had no room for so many bytes more.</summary>
        private bool MakeRoom(int bytes)
        {
            if (_writer.IsEmpty || (_elements < elementsMax && _destination.WrittenCount + bytes <= bytesWanted))
            {
                return false;
            }

            EndPart();
            BeginPart();
            return true;
        }

        private void BeginPart()
        {
            _destination = new ArrayBufferWriter<byte>();
            _writer = new RowWriter(_destination);
            _elements = 0;
        }

        private void EndPart()
        {
            _writer.Finish();
            Parts.Add(_destination.WrittenMemory);
        }
    }
}
