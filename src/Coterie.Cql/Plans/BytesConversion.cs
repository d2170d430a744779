using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>The same bytes as a value of another type: <c>intAsBlob</c>, <c>blobAsInt</c>.</summary>
internal sealed class BytesConversion(BoundTerm source, CqlType type) : BoundTerm(type)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        var state = source.Evaluate(context, out bytes);
        if (state == ValueState.Set)
        {
            try
            {
                Type.Validate(bytes);
            }
            catch (MalformedDataException malformed)
            {
                throw new CqlInvalidException($"Invalid bytes for a conversion to {Type.CqlName}: {malformed.Message}");
            }
        }

        return state;
    }
}

/// <summary><c>token(...)</c> of values: the token of the partition key that they make.</summary>
internal sealed class TokenFunction(PartitionKeys key) : BoundTerm(NativeType.BigInt)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        key.Write(context, buffer);
        Token token = Partitioner.TokenOf(buffer.WrittenSpan);
        var written = new byte[sizeof(long)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(written, token.Value);
        bytes = written;
        return ValueState.Set;
    }
}
