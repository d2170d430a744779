using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Mutations;
using Coterie.Model.Rows;

namespace Coterie.Simulator.Mistakes;

/// <summary>Mistakes about where what is appended to a list stands.</summary>
public static class ListMistakes
{
    private const int GroupIdBytes = sizeof(ulong);

    /// <summary>Keys that say that a leader has placed the element.</summary>
    private const byte AppendedByLeader = 0x81;

    /// <summary>The leader leaves new elements where the clock of the node that was asked had them.</summary>
    public static FrameTampering CoordinatorsPlaces() => new(static (verb, header, body) =>
        verb == Verb.LeaderWrite && header.Kind == PeerFrameKind.Request ? (header, [.. body.AsSpan(0, GroupIdBytes), .. Placed(body.AsSpan(GroupIdBytes))]) : (header, body));

    private static ReadOnlySpan<byte> Placed(ReadOnlySpan<byte> mutation)
    {
        var reader = new MutationReader(mutation);
        var changed = new ArrayBufferWriter<byte>();
        var writer = new MutationWriter(changed, reader.Table, reader.Token, reader.Formed, reader.PartitionKey);
        while (reader.MoveNext())
        {
            writer.Entry(reader.EntryKey, PlacedRow(reader.Row));
        }

        writer.Finish();
        return changed.WrittenSpan;
    }

    private static ReadOnlySpan<byte> PlacedRow(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        var changed = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(changed);
        while (reader.MoveNext())
        {
            if (reader.Part == RowPart.Collection)
            {
                writer.BeginCollection(reader.Column, reader.CollectionDeletion);
            }
            else
            {
                writer.Element(ListElementKey.IsNewlyAppended(reader.ElementKey) ? [AppendedByLeader, .. reader.ElementKey[1..]] : reader.ElementKey, reader.Cell);
            }
        }

        writer.Finish();
        return changed.WrittenSpan;
    }
}
