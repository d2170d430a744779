using System.Buffers;
using Coterie.Model;

namespace Coterie.Contracts;

/// <summary>
/// A join that a test can predict: values are sets of bytes, written in rising order, and two of them join to their union. Anything else is malformed.
/// </summary>
public static class ByteSetJoin
{
    public static void Merge(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination)
    {
        Validate(left);
        Validate(right);
        var output = destination.GetSpan(left.Length + right.Length + 1);
        int i = 0, j = 0, n = 0;
        while (i < left.Length || j < right.Length)
        {
            var next = j == right.Length || (i < left.Length && left[i] <= right[j]) ? left[i] : right[j];
            i += i < left.Length && left[i] == next ? 1 : 0;
            j += j < right.Length && right[j] == next ? 1 : 0;
            output[n++] = next;
        }

        destination.Advance(n);
    }

    private static void Validate(ReadOnlySpan<byte> set)
    {
        for (var i = 1; i < set.Length; i++)
        {
            if (set[i - 1] >= set[i])
            {
                throw new MalformedDataException("not a set of bytes in rising order");
            }
        }
    }
}
