namespace Coterie.Raft;

/// <summary>Majorities: any two of them meet in a member.</summary>
internal static class Quorum
{
    public static int Of(int members) => (members / 2) + 1;

    /// <summary>The highest index that a majority has, of what each has.</summary>
    public static long CommonTo(ReadOnlySpan<long> indexes)
    {
        Span<long> sorted = stackalloc long[indexes.Length];
        indexes.CopyTo(sorted);
        sorted.Sort();
        return sorted[indexes.Length - Of(indexes.Length)];
    }
}
