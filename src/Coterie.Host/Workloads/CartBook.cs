using System.Globalization;
using Coterie.Host.Lab;

namespace Coterie.Host.Workloads;

/// <summary>What is done to an item of a cart.</summary>
/// <param name="Count">How many of it there are then; null: it is taken out.</param>
internal readonly record struct CartStep(CartItem Item, int? Count);

/// <summary>One item of one user's cart. Its fields belong to <see cref="CartBook"/>.</summary>
internal sealed class CartItem(int user, string name)
{
    public int User { get; } = user;

    public string Name { get; } = name;

    /// <summary>Steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>How many of it there must be; null: none, and it must not be there.</summary>
    public int? Count { get; set; }

    /// <summary>The last step, if it was not acknowledged: what there is when it was done all the same.</summary>
    public (LabOutcome Outcome, int? Count)? Other { get; set; }
}

/// <summary>
/// Knows what must be in each cart. Many items of one cart change at the same time, through different nodes, but one item only by one step at a time: so what
/// comes of concurrent steps is exact. An item that a step was tried on without an answer is left alone from then on, for that step might still come about after
/// a later one. Safe from any thread.
/// </summary>
internal sealed class CartBook
{
    public const int Users = 100;

    /// <summary>Of so many items at least one is chosen; fewer would always be the same ones, more would all have been put in and never taken out.</summary>
    private const int IdleLeast = 200;

    private readonly Lock _gate = new();
    private readonly List<CartItem> _items = [];
    private readonly List<CartItem> _idle = [];

    /// <summary>Puts in what is not there; of what is there, changes the count or takes it out.</summary>
    /// <param name="number">Of the step, and so many of the item there are.</param>
    public CartStep Next(long number)
    {
        lock (_gate)
        {
            // Any even spread does; this one is the same in every run (Knuth's multiplicative hash).
            var chosen = unchecked((uint)number * 2_654_435_769u);
            var item = _idle.Count < IdleLeast ? Create() : Take((int)(chosen % (uint)_idle.Count));
            item.Steps++;
            return new CartStep(item, item.Count is not null && (chosen & 0x1_0000) != 0 ? null : (int)(number % int.MaxValue) + 1);
        }
    }

    public void Ended(CartStep step, LabAnswer answer)
    {
        lock (_gate)
        {
            var item = step.Item;
            item.Other = answer.Outcome == LabOutcome.Acknowledged ? null : (answer.Outcome, step.Count);
            if (answer.Outcome == LabOutcome.Acknowledged)
            {
                item.Count = step.Count;
            }

            if (answer.Outcome != LabOutcome.Unknown && !answer.WasTriedWithoutAnswer)
            {
                _idle.Add(item);
            }
        }
    }

    /// <summary>The items of a user's cart that must be there or not.</summary>
    public IReadOnlyList<CartItem> ItemsOf(int user)
    {
        lock (_gate)
        {
            return [.. _items.Where(item => item.User == user)];
        }
    }

    /// <param name="set">The items, as read.</param>
    /// <param name="counts">The counts, as read.</param>
    public void Check(int user, IReadOnlySet<string> set, IReadOnlyDictionary<string, int> counts, LabFindings findings)
    {
        var items = ItemsOf(user);
        foreach (var item in items)
        {
            Check(item, set.Contains(item.Name), counts.TryGetValue(item.Name, out var count) ? count : null, findings);
        }

        foreach (var nobodys in set.Union(counts.Keys).Except(items.Select(static item => item.Name)))
        {
            findings.Return($"user {user}: {nobodys}, which nobody has put in");
        }
    }

    private static void Check(CartItem item, bool isInSet, int? count, LabFindings findings)
    {
        var agree = isInSet == count is not null;
        if (agree && count == item.Count)
        {
            return;
        }

        if (agree && item.Other is { } other && count == other.Count)
        {
            findings.Add(Describe(item, isInSet, count), other.Outcome, isThere: true);
        }
        else if (item.Count is null)
        {
            findings.Return(Describe(item, isInSet, count));
        }
        else
        {
            findings.Lose(Describe(item, isInSet, count));
        }
    }

    private static string Describe(CartItem item, bool isInSet, int? count) => string.Create(
        CultureInfo.InvariantCulture,
        $"user {item.User}: {item.Name} {(isInSet ? "in" : "not in")} the set, {Many(count)} in the map; should be {Many(item.Count)} after {item.Steps} steps");

    private static string Many(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private CartItem Create()
    {
        var item = new CartItem(_items.Count % Users, string.Create(CultureInfo.InvariantCulture, $"item {_items.Count}"));
        _items.Add(item);
        return item;
    }

    private CartItem Take(int index)
    {
        var item = _idle[index];
        _idle[index] = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        return item;
    }
}
