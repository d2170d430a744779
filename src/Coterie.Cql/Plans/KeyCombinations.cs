using System.Collections.Immutable;
using Coterie.Model;

namespace Coterie.Cql.Plans;

/// <summary>All combinations of the values of several key columns, the first column varying slowest.</summary>
internal static class KeyCombinations
{
    /// <exception cref="CqlInvalidException">More than <see cref="Limits.InValuesMax"/>.</exception>
    public static List<byte[][]> Of(ImmutableArray<KeyPart> parts, scoped in TermContext context)
    {
        var values = new List<byte[]>[parts.Length];
        long count = 1;
        for (var i = 0; i < parts.Length; i++)
        {
            values[i] = parts[i].Values(context);
            count *= values[i].Count;
            if (count > Limits.InValuesMax)
            {
                throw new CqlInvalidException(
                    $"IN on {parts[i].Column.Name} asks for {count} keys in all; at most {Limits.InValuesMax} are supported");
            }
        }

        var combinations = new List<byte[][]>((int)count);
        if (count == 0)
        {
            return combinations;
        }

        var at = new int[parts.Length];
        for (var n = 0; n < count; n++)
        {
            var combination = new byte[parts.Length][];
            for (var i = 0; i < parts.Length; i++)
            {
                combination[i] = values[i][at[i]];
            }

            combinations.Add(combination);
            Advance(at, values);
        }

        return combinations;
    }

    private static void Advance(int[] at, List<byte[]>[] values)
    {
        for (var i = at.Length - 1; i >= 0; i--)
        {
            if (++at[i] < values[i].Count)
            {
                return;
            }

            at[i] = 0;
        }
    }
}
