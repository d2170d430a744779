using System.Buffers;
using Coterie.Model.Reads;
using Coterie.Model.Wire;

namespace Coterie.Model.Groups;

/// <summary>
/// What a coordinator asks of a leader: to write, if rows still are what the coordinator has decided on; else, to say what they are. The leader knows nothing
/// of the condition: it compares hashes, with nothing in between the comparison and the write's place in the log. (Compare-and-set: Herlihy, "Wait-free
/// synchronization", TOPLAS 1991.) Format: docs/formats.md.
/// </summary>
public static class CompareAndSet
{
    private const byte Format = 1;

    /// <param name="read">Which rows, of one partition; that of the mutation.</param>
    /// <param name="expected">The hash (<see cref="ReadDigest.HashOf"/>) of what the read is expected to find.</param>
    public static void Encode(ReadCommand read, UInt128 expected, ReadOnlySpan<byte> mutation, IBufferWriter<byte> destination)
    {
        var command = new ArrayBufferWriter<byte>();
        read.Encode(command);
        destination.WriteByte(Format);
        destination.WriteUInt64((ulong)(expected >> 64));
        destination.WriteUInt64((ulong)expected);
        destination.WriteUInt32((uint)command.WrittenCount);
        destination.Write(command.WrittenSpan);
        destination.Write(mutation);
    }

    /// <summary>The hash of a read that finds nothing.</summary>
    public static UInt128 HashOfNothing { get; } = HashOfNothingWritten();

    private static UInt128 HashOfNothingWritten()
    {
        var nothing = new ArrayBufferWriter<byte>();
        new ReadResponseWriter(nothing).Finish();
        return ReadDigest.HashOf(nothing.WrittenSpan);
    }

    /// <summary>The parts of one in place.</summary>
    public readonly ref struct Parts
    {
        /// <exception cref="MalformedDataException">Not such a request; the read and the mutation are not looked into.</exception>
        public Parts(ReadOnlySpan<byte> body)
        {
            var reader = new ByteReader(body);
            if (reader.ReadByte() is var format && format != Format)
            {
                throw new MalformedDataException($"compare-and-set of format {format}; this node reads {Format}");
            }

            Expected = new UInt128(reader.ReadUInt64(), reader.ReadUInt64());
            var length = reader.ReadUInt32();
            Read = length <= reader.Remaining
                ? reader.ReadBytes((int)length)
                : throw new MalformedDataException($"compare-and-set with a read of {length} bytes in {reader.Remaining}");
            Mutation = reader.ReadBytes(reader.Remaining);
        }

        public UInt128 Expected { get; }

        public ReadOnlySpan<byte> Read { get; }

        public ReadOnlySpan<byte> Mutation { get; }
    }
}
