using Coterie.Cql.Plans;
using Coterie.Model;

namespace Coterie.Server.Protocol;

/// <summary>One statement of a BATCH message: a text, or the id of a prepared one; and which of the batch's values are its own.</summary>
public readonly record struct BatchStatement(string? Text, ReadOnlyMemory<byte> PreparedId, int FirstValue, int ValueCount);

/// <summary>BATCH (native protocol v4 §4.1.7).</summary>
public static class BatchMessage
{
    /// <summary>Reads the statements and all their values, one after the other, and the parameters.</summary>
    /// <exception cref="MalformedDataException">It is not what the protocol says.</exception>
    public static BatchKind Read(ref BodyReader reader, List<BatchStatement> statements, BoundValues values, QueryParameters parameters)
    {
        var kind = reader.ReadByte();
        if (kind > (byte)BatchKind.Counter)
        {
            throw new MalformedDataException($"Unknown batch type {kind}");
        }

        var count = reader.ReadCount(bytesEach: 5);
        for (var i = 0; i < count; i++)
        {
            statements.Add(ReadStatement(ref reader, values));
        }

        parameters.ReadOfBatch(ref reader);
        return (BatchKind)kind;
    }

    private static BatchStatement ReadStatement(ref BodyReader reader, BoundValues values)
    {
        var isPrepared = reader.ReadByte();
        string? text = null;
        ReadOnlyMemory<byte> id = default;
        switch (isPrepared)
        {
            case 0:
                text = reader.ReadLongString(Limits.StatementBytesMax);
                break;
            case 1:
                id = reader.ReadShortBytes();
                break;
            default:
                throw new MalformedDataException($"A statement of a batch is of kind {isPrepared}; 0 (text) and 1 (prepared) exist");
        }

        var first = values.Count;
        QueryParameters.ReadPositionalValues(ref reader, values);
        return new BatchStatement(text, id, first, values.Count - first);
    }
}
