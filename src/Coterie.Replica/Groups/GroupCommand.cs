using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Replica.Groups;

/// <summary>
/// What an entry of a group's log carries: a mutation whose timestamps the leader has set, and the stamp it set. Stamps rise along the log, so merging rows,
/// which goes by timestamps, has the same effect as applying the log in order, and applying an entry twice changes nothing.
/// </summary>
internal static class GroupCommand
{
    /// <summary>A statement's own writes may be this much before its stamp: what replaces a collection deletes the old one just before.</summary>
    public const long StampStep = 2;

    private const int StampBytes = sizeof(long);

    /// <param name="mutation">Valid, with the coordinator's timestamps.</param>
    /// <param name="stamp">The leader's: of the newest that the mutation writes.</param>
    /// <param name="lists">The table's columns that are lists: what is added to them gets its place by the stamp.</param>
    public static byte[] Encode(ReadOnlySpan<byte> mutation, long stamp, IReadOnlySet<ColumnId> lists)
    {
        var bytes = new ArrayBufferWriter<byte>(StampBytes + mutation.Length + 16);
        bytes.WriteInt64(stamp);
        MutationShift.Write(mutation, new WriteTimestamp(stamp), lists, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    public static long StampOf(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadInt64BigEndian(payload);

    public static ReadOnlySpan<byte> MutationOf(ReadOnlySpan<byte> payload) => payload[StampBytes..];

    /// <exception cref="MalformedDataException">Not a command.</exception>
    public static void Validate(ReadOnlySpan<byte> payload)
    {
        if (payload.Length <= StampBytes)
        {
            throw new MalformedDataException($"a command of {payload.Length} bytes");
        }

        MutationReader.Validate(MutationOf(payload));
    }
}
