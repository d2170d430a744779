namespace Coterie.Model.Histories;

/// <summary>Finds in a history that is not linearizable a part of it that is not either, and of which nothing can be left out.</summary>
public static class ShortestViolation
{
    /// <summary>By when they were sent; null: the history is linearizable.</summary>
    /// <exception cref="ArgumentException">Two writes have one value, or one writes zero.</exception>
    public static IReadOnlyList<RegisterCall>? Of(IReadOnlyCollection<RegisterCall> history)
    {
        if (LinearizableRegister.Holds(history))
        {
            return null;
        }

        var part = UntilFirst([.. history]);

        // A value goes with its write and all of its reads: reads of what nobody wrote would be another violation. Who expected it expects nothing, which is easier.
        part = Without(part, part.Select(static call => call.Value).Distinct().ToList(), static (call, left) =>
            left.Contains(call.Value) ? null : call.Expected is { } expected && left.Contains(expected) ? call with { Expected = null } : call);
        part = Without(part, part.Where(static call => !call.IsWrite).ToList(), static (call, left) => left.Contains(call) ? null : call);
        return [.. part.OrderBy(static call => call.Called)];
    }

    /// <summary>What clients knew when the violation had come about: a history that is linearizable is so at all earlier times.</summary>
    private static List<RegisterCall> UntilFirst(List<RegisterCall> history)
    {
        var answers = history.Where(static call => call.Returned is not null).Select(static call => call.Returned!.Value).Distinct().Order().ToList();
        var (least, most) = (0, answers.Count - 1);
        while (least < most)
        {
            var middle = (least + most) / 2;
            (least, most) = LinearizableRegister.Holds(AsOf(history, answers[middle])) ? (middle + 1, most) : (least, middle);
        }

        return AsOf(history, answers[most]);
    }

    private static List<RegisterCall> AsOf(List<RegisterCall> history, long time) =>
    [
        .. history.Where(call => call.Called <= time && (call.IsWrite || call.Returned <= time)).Select(call => call.Returned <= time ? call : call with { Returned = null }),
    ];

    /// <summary>Leaves out what can be left out: halves first, then ever smaller parts.</summary>
    /// <param name="keep">What becomes of a call when these are left out; null: it is left out.</param>
    private static List<RegisterCall> Without<T>(List<RegisterCall> part, List<T> all, Func<RegisterCall, HashSet<T>, RegisterCall?> keep)
    {
        for (var size = Math.Max(1, all.Count / 2); ; size /= 2)
        {
            for (var from = 0; from < all.Count;)
            {
                var left = all.Skip(from).Take(size).ToHashSet();
                var rest = part.Select(call => keep(call, left)).OfType<RegisterCall>().ToList();
                if (rest.Count < part.Count && !LinearizableRegister.Holds(rest))
                {
                    part = rest;
                    all.RemoveRange(from, Math.Min(size, all.Count - from));
                }
                else
                {
                    from += size;
                }
            }

            if (size <= 1)
            {
                return part;
            }
        }
    }
}
