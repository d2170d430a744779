using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Model.Trees;
using Coterie.Model.Wire;

namespace Coterie.Repair.Exchanges;

/// <summary>What two replicas have of some rows, one row after the other, in the order asked for.</summary>
/// <remarks>
/// Invariant: of each side no more is in memory than one answer. Who is behind is asked, whoever that is: where one side has many small rows and the other
/// few large ones, neither is read far ahead of the other, and none twice.
/// </remarks>
internal sealed class RowPages(IReadOnlyList<byte[]> keys, int from, RowPages.Side driver, RowPages.Side peer)
{
    /// <summary>Index of the next row.</summary>
    public int Done { get; private set; } = from;

    /// <summary>Null: there are no more.</summary>
    public async Task<Row?> NextAsync()
    {
        if (Done == keys.Count)
        {
            return null;
        }

        var key = keys[Done];
        var local = await driver.TakeAsync(keys, Done);
        var remote = await peer.TakeAsync(keys, Done);
        Done++;
        return new Row(key, local, remote);
    }

    /// <param name="Local">Null: the driving side has no such row.</param>
    /// <param name="Peer">Null: the other has none.</param>
    internal sealed record Row(byte[] Key, byte[]? Local, byte[]? Peer);

    /// <summary>One of the two, and what it has answered last.</summary>
    /// <param name="node">Who it is.</param>
    /// <param name="fetch">Asks for the rows with the keys from an index on.</param>
    internal sealed class Side(NodeId node, Func<NodeId, IReadOnlyList<byte[]>, int, Task<FetchedRows>> fetch)
    {
        private readonly Dictionary<byte[], byte[]> _rows = new(KeyComparer.Instance);
        private int _end;

        public async Task<byte[]?> TakeAsync(IReadOnlyList<byte[]> keys, int index)
        {
            if (index >= _end)
            {
                var page = await fetch(node, keys, index);
                Keep(page.Entries.Span);
                _end = index + page.Keys;
            }

            _rows.Remove(keys[index], out var row);
            return row;
        }

        private void Keep(ReadOnlySpan<byte> entries)
        {
            var reader = new ByteReader(entries);
            while (EntryList.TryRead(ref reader, out var key, out var row))
            {
                RowMerge.ValidateStored(row);
                _rows[key.ToArray()] = row.ToArray();
            }
        }
    }
}
