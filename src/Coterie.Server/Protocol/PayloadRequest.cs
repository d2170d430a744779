using System.Globalization;
using Coterie.Model;
using Coterie.Server.Errors;

namespace Coterie.Server.Protocol;

/// <summary>
/// What a request's custom payload asks of Coterie; other keys are ignored (native protocol v4 §2.2, flag 0x04).
/// <c>coterie.required</c> is how many replicas must answer, whatever the consistency level says: four bytes, big endian, or ASCII digits.
/// The two cannot be mixed up: a count is at most the number of nodes, so its first byte of four is zero, and no digit is.
/// <c>coterie.vote</c>, whatever its value, asks for the vote in the payload of the answer.
/// </summary>
/// <param name="Required">0 if not asked for.</param>
public readonly record struct PayloadRequest(int Required, bool WantsVote)
{
    public const string VoteKey = "coterie.vote";
    public const string RequiredKey = "coterie.required";

    /// <summary>Reads the [bytes map] at the front of a body.</summary>
    /// <exception cref="MalformedDataException">The map is broken.</exception>
    /// <exception cref="ClientErrorException">The count is not a number from 1 on: the message is well formed, and the connection lives.</exception>
    public static PayloadRequest Read(ref BodyReader reader)
    {
        var required = 0;
        var wantsVote = false;
        var count = reader.ReadCount(bytesEach: 6);
        for (var i = 0; i < count; i++)
        {
            var key = reader.ReadStringBytes().Span;
            var value = reader.ReadBytes();
            if (key.SequenceEqual("coterie.vote"u8))
            {
                wantsVote = true;
            }
            else if (key.SequenceEqual("coterie.required"u8))
            {
                required = ReadRequired(value.GetValueOrDefault().Span);
            }
        }

        return new PayloadRequest(required, wantsVote);
    }

    private static int ReadRequired(ReadOnlySpan<byte> value)
    {
        int required;
        if (value.Length == 4 && value[0] == 0)
        {
            required = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(value);
        }
        else if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out required))
        {
            throw ClientErrorException.Invalid($"The payload's {RequiredKey} is neither four bytes nor digits");
        }

        return required is >= 1 and <= Limits.NodesMax
            ? required
            : throw ClientErrorException.Invalid($"The payload's {RequiredKey} is {required}; it may be from 1 to {Limits.NodesMax}");
    }
}
