using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Rows;

namespace Coterie.Cql.Tests.Support;

/// <summary>One replica without durability or peers: applies mutations with the one merge and answers reads as the seams describe them.</summary>
internal sealed class MiniStore
{
    private readonly SortedDictionary<(uint Table, long Token, string Key), SortedDictionary<byte[], byte[]>> _partitions = [];

    public void Apply(ReadOnlySpan<byte> mutation)
    {
        MutationReader.Validate(mutation);
        var reader = new MutationReader(mutation);
        var id = (reader.Table.Value, reader.Token.Value, Convert.ToHexString(reader.PartitionKey));
        if (!_partitions.TryGetValue(id, out var entries))
        {
            _partitions.Add(id, entries = new SortedDictionary<byte[], byte[]>(Comparer<byte[]>.Create((l, r) => l.AsSpan().SequenceCompareTo(r))));
        }

        while (reader.MoveNext())
        {
            var key = reader.EntryKey.ToArray();
            var merged = new ArrayBufferWriter<byte>();
            if (entries.TryGetValue(key, out var there))
            {
                RowMerge.Merge(there, reader.Row, merged);
                entries[key] = merged.WrittenSpan.ToArray();
            }
            else
            {
                entries[key] = reader.Row.ToArray();
            }
        }
    }

    public List<PartitionRows> Read(ReadCommand command)
    {
        var found = new List<PartitionRows>();
        foreach (var ((table, token, hex), entries) in _partitions)
        {
            var key = Convert.FromHexString(hex);
            var wanted = command.PartitionKey is { } one ? one.Span.SequenceEqual(key) : token > command.Token.Value && token <= command.EndToken.Value;
            if (table == command.Table.Value && wanted)
            {
                found.Add(Read(command, new Token(token), key, entries));
            }
        }

        return found;
    }

    private static PartitionRows Read(ReadCommand command, Token token, byte[] key, SortedDictionary<byte[], byte[]> entries)
    {
        var deletion = entries.TryGetValue(EntryKey.Header.ToArray(), out var header) ? new RowReader(header).RowDeletion : Deletion.None;
        var hasRanges = header is not null && new RowReader(header).HasRanges;
        var ranges = hasRanges ? entries.Where(e => e.Key[0] == (byte)EntryKind.RangeTombstone).ToList() : [];
        var rows = new List<RowEntry>();
        foreach (var (entryKey, row) in entries.Where(e => e.Key[0] == (byte)EntryKind.Row))
        {
            var outer = deletion;
            foreach (var (rangeKey, range) in ranges)
            {
                EntryKey.ReadRangeTombstone(rangeKey, out var start, out var end);
                if (start.SequenceCompareTo(entryKey) <= 0 && entryKey.AsSpan().SequenceCompareTo(end) < 0)
                {
                    outer = Deletion.Later(outer, new RowReader(range).RowDeletion);
                }
            }

            if (IsIn(command, entryKey) && Shadow(row, outer) is { Length: > 0 } left && rows.Count < command.PartitionLimit)
            {
                rows.Add(new RowEntry(entryKey, left));
            }
        }

        if (command.Reversed)
        {
            rows.Reverse();
        }

        entries.TryGetValue(EntryKey.Static.ToArray(), out var fixedRow);
        return new PartitionRows
        {
            Token = token,
            PartitionKey = key,
            PartitionDeletion = deletion,
            Static = command.WithStatic && fixedRow is not null ? Shadow(fixedRow, deletion) : default,
            Rows = rows,
        };
    }

    private static bool IsIn(ReadCommand command, byte[] entryKey) =>
        command.Slices.Any(s => s.Start.Span.SequenceCompareTo(entryKey) <= 0 && entryKey.AsSpan().SequenceCompareTo(s.End.Span) < 0);

    private static byte[] Shadow(byte[] row, Deletion outer)
    {
        var left = new ArrayBufferWriter<byte>();
        return RowMerge.Shadow(row, outer, left) ? left.WrittenSpan.ToArray() : [];
    }
}
