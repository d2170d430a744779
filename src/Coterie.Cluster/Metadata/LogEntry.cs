using Coterie.Model;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// What consensus decides for an epoch: a change, and a random id by which its proposer knows it again when someone else has finished
/// the decision. Without it a proposer whose change was decided behind its back would propose it once more.
/// </summary>
internal readonly record struct LogEntry(Guid Id, MetadataChange Change)
{
    public byte[] Encode()
    {
        var writer = new MetadataWriter();
        writer.WriteGuid(Id);
        writer.Append(MetadataCodec.Encode(Change));
        return writer.Written.ToArray();
    }

    /// <exception cref="MalformedDataException">Not what <see cref="Encode"/> wrote.</exception>
    public static LogEntry Decode(ReadOnlySpan<byte> source)
    {
        var reader = new MetadataReader(source);
        var id = reader.ReadGuid("entry id");
        return new LogEntry(id, MetadataCodec.DecodeChange(source[^reader.Remaining..]));
    }
}
