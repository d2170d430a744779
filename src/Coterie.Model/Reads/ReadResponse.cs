using Coterie.Model.Time;

namespace Coterie.Model.Reads;

/// <summary>
/// What a replica found: partitions in the order of the read, up to where it stopped. Memory of the rows is that of the message.
/// </summary>
/// <param name="StoppedAfter">
/// Null if all that was asked for is here. Otherwise the place up to which (inclusive) the replica has told all it knows: its limit of live
/// rows, of bytes or of entries looked at ended it. What lies after is unknown, not absent.
/// </param>
public sealed record ReadResponse(IReadOnlyList<PartitionRows> Partitions, ResumePoint? StoppedAfter)
{
    /// <exception cref="MalformedDataException">Not such a response, or over a limit.</exception>
    public static ReadResponse Decode(ReadOnlyMemory<byte> source) => new ReadResponseDecoder(source).Decode();

    /// <summary>The newest write or deletion in it, for the vote; <see cref="WriteTimestamp.None"/> if it is empty.</summary>
    public WriteTimestamp Newest()
    {
        var newest = WriteTimestamp.None;
        foreach (var partition in Partitions)
        {
            newest = NewestTimestamp.Later(newest, partition.PartitionDeletion.Timestamp);
            newest = NewestTimestamp.Later(newest, NewestTimestamp.Of(partition.Static.Span));
            foreach (var range in partition.Ranges)
            {
                newest = NewestTimestamp.Later(newest, range.Deletion.Timestamp);
            }

            foreach (var row in partition.Rows)
            {
                newest = NewestTimestamp.Later(newest, NewestTimestamp.Of(row.Row.Span));
            }
        }

        return newest;
    }
}
