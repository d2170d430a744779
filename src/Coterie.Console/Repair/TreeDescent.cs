using Coterie.Host.Admin.Trees;

namespace Coterie.WebConsole.Repair;

/// <summary>
/// The way from the whole of a table down to a row that differs: what was seen at each step, and which part was gone into. A value: each step makes another.
/// </summary>
/// <param name="Levels">From the whole down.</param>
/// <param name="Chosen">For each level but the last, the part that was gone into; for the last, the one that is next, -1 if none differs.</param>
public sealed record TreeDescent(IReadOnlyList<TreeReport> Levels, IReadOnlyList<int> Chosen)
{
    /// <summary>Halving at every step, more than any table is deep.</summary>
    public const int LevelsMax = 24;

    public TreeReport Last => Levels[^1];

    /// <summary>The rows that differ are in sight.</summary>
    public bool IsAtLeaf => Last.Leaf is not null;

    /// <summary>The part to go into next; null: there is none, since this is the leaf or all is equal.</summary>
    public TreePartReport? Next => Levels.Count < LevelsMax && Chosen[^1] >= 0 ? Last.Parts[Chosen[^1]] : null;

    /// <summary>What is the same on both, at the last level.</summary>
    public bool IsEqual => Last.Leaf is { } leaf ? leaf.Different == 0 : Last.Parts.All(static part => part.Equal);

    public static TreeDescent Begin(TreeReport whole) => new([whole], [FirstDifferent(whole)]);

    /// <summary>What was seen in the part that was next.</summary>
    public TreeDescent Down(TreeReport part) => new([.. Levels, part], [.. Chosen, FirstDifferent(part)]);

    /// <summary>Another part of the last level is next. One that is equal is never gone into.</summary>
    public TreeDescent Choose(int part) => part >= 0 && part < Last.Parts.Count && !Last.Parts[part].Equal
        ? this with { Chosen = [.. Chosen.SkipLast(1), part] }
        : this;

    /// <summary>One level back; at the whole, there it stays.</summary>
    public TreeDescent Up() => Levels.Count == 1 ? this : new([.. Levels.SkipLast(1)], [.. Chosen.SkipLast(1)]);

    /// <summary>What is seen, for people and screen readers.</summary>
    public string Sentence() => Last.Leaf is { } leaf
        ? leaf.Different == 0
            ? $"This is one leaf, and its {Rows(leaf.Left)} are the same on both."
            : $"This is one leaf, of {leaf.Left} and {Rows(leaf.Right)}: {leaf.Different} {(leaf.Different == 1 ? "differs" : "differ")}."
        : Last.Parts.Count == 0 ? "The two keep nothing of this table together."
        : IsEqual ? $"The same on both: {Rows(Last.Left.Rows)}, one hash."
        : $"{(Levels.Count == 1 ? "The whole table" : $"Step {Levels.Count - 1}")}: {Different()} of {Last.Parts.Count} parts {(Different() == 1 ? "differs" : "differ")}. What is equal need not be looked into.";

    private static string Rows(long count) => count == 1 ? "1 row" : $"{count} rows";

    private static int FirstDifferent(TreeReport level)
    {
        for (var i = 0; i < level.Parts.Count; i++)
        {
            if (!level.Parts[i].Equal)
            {
                return i;
            }
        }

        return -1;
    }

    private int Different() => Last.Parts.Count(static part => !part.Equal);
}
