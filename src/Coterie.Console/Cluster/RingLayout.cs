using System.Globalization;
using Coterie.Host.Admin;

namespace Coterie.WebConsole.Cluster;

/// <summary>The tokens of one data centre, from the smallest on, clockwise from the top.</summary>
/// <param name="Arcs">Each from the end of the one before it; the last ends where the first begins.</param>
public sealed record Ring(string Datacenter, IReadOnlyList<RingArc> Arcs, IReadOnlyList<RingOwner> Owners);

/// <param name="Node">The owner's id.</param>
/// <param name="From">In turns of the ring, from 0 to 1.</param>
public sealed record RingArc(string Node, double From, double To);

/// <param name="Tokens">In their order.</param>
/// <param name="Ownership">From 0 to 1.</param>
public sealed record RingOwner(string Node, IReadOnlyList<string> Tokens, double Ownership);

/// <summary>
/// Lays out the ring. A token owns what lies between the one before it and itself; in a data centre, the one before it of that data centre, as its replicas are
/// chosen there. Neighbours of one owner are one arc. Pure.
/// </summary>
internal static class RingLayout
{
    /// <summary>More cannot be told apart: then each of so many equal parts is its largest owner's.</summary>
    public const int ArcsMax = 360;

    private const double Length = 18446744073709551616.0;

    public static IReadOnlyList<Ring> Of(RingReport ring) =>
        [.. ring.Nodes.GroupBy(static node => node.Datacenter, StringComparer.Ordinal).OrderBy(static place => place.Key, StringComparer.Ordinal).Select(static place => Of(place.Key, [.. place]))];

    private static Ring Of(string datacenter, IReadOnlyList<RingNode> nodes)
    {
        var owned = nodes.ToDictionary(static node => node.Id, static _ => 0.0, StringComparer.Ordinal);
        var arcs = Split(nodes);
        foreach (var arc in arcs)
        {
            owned[arc.Node] += arc.To - arc.From;
        }

        var merged = Merge(arcs);
        return new Ring(
            datacenter,
            merged.Count > ArcsMax ? Merge(Coarse(arcs)) : merged,
            [.. nodes.Select(node => new RingOwner(node.Id, [.. node.Tokens.OrderBy(PlaceOf)], owned[node.Id]))]);
    }

    /// <summary>From the smallest number that a token can be to the largest; what is behind the last token is the first one's.</summary>
    private static List<RingArc> Split(IReadOnlyList<RingNode> nodes)
    {
        var tokens = nodes.SelectMany(static node => node.Tokens.Select(text => (Place: PlaceOf(text), node.Id)))
            .Where(static token => token.Place is not null).OrderBy(static token => token.Place).ThenBy(static token => token.Id, StringComparer.Ordinal).ToList();
        var arcs = new List<RingArc>();
        var from = 0.0;
        foreach (var (place, id) in tokens)
        {
            arcs.Add(new RingArc(id, from, place!.Value));
            from = place.Value;
        }

        if (tokens.Count > 0)
        {
            arcs.Add(new RingArc(tokens[0].Id, from, 1));
        }

        return arcs;
    }

    private static double? PlaceOf(string token) =>
        long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? unchecked((ulong)value - (ulong)long.MinValue) / Length : null;

    private static List<RingArc> Merge(List<RingArc> arcs)
    {
        var merged = new List<RingArc>();
        foreach (var arc in arcs.Where(static arc => arc.To > arc.From))
        {
            if (merged.Count > 0 && merged[^1].Node == arc.Node)
            {
                merged[^1] = merged[^1] with { To = arc.To };
            }
            else
            {
                merged.Add(arc);
            }
        }

        return merged;
    }

    private static List<RingArc> Coarse(List<RingArc> arcs)
    {
        var parts = new List<RingArc>();
        var first = 0;
        for (var i = 0; i < ArcsMax; i++)
        {
            double from = (double)i / ArcsMax, to = (double)(i + 1) / ArcsMax;
            while (arcs[first].To <= from)
            {
                first++;
            }

            var owned = new SortedDictionary<string, double>(StringComparer.Ordinal);
            for (var k = first; k < arcs.Count && arcs[k].From < to; k++)
            {
                owned[arcs[k].Node] = owned.GetValueOrDefault(arcs[k].Node) + Math.Min(arcs[k].To, to) - Math.Max(arcs[k].From, from);
            }

            parts.Add(new RingArc(owned.MaxBy(static one => one.Value).Key, from, to));
        }

        return parts;
    }
}
