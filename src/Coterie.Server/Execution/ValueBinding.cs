using System.Collections.Immutable;
using System.Text;
using Coterie.Cql.Plans;
using Coterie.Server.Connections;
using Coterie.Server.Errors;

namespace Coterie.Server.Execution;

/// <summary>Brings the values of a request into the order of a statement's markers.</summary>
internal static class ValueBinding
{
    /// <summary>The request's values in marker order: as they came, or sorted by the names they came with.</summary>
    public static BoundValues InOrder(ClientRequest request, ImmutableArray<BindMarker> markers)
    {
        var names = request.Parameters.Names;
        if (names.Count == 0)
        {
            return request.Values;
        }

        var ordered = request.OwnValues;
        ordered.Clear();
        foreach (var marker in markers)
        {
            Copy(request.Values, IndexOf(names, marker.Name), ordered);
        }

        return ordered;
    }

    /// <summary>The values of one statement of a batch.</summary>
    public static BoundValues Part(ClientRequest request, BoundValues all, int first, int count)
    {
        if (first == 0 && count == all.Count)
        {
            return all;
        }

        var part = request.PartValues;
        part.Clear();
        Copy(all, first, count, part);
        return part;
    }

    /// <summary>The values of one statement of a batch, to keep while others are looked at.</summary>
    public static BoundValues OwnPart(BoundValues all, int first, int count)
    {
        var part = new BoundValues();
        Copy(all, first, count, part);
        return part;
    }

    private static void Copy(BoundValues all, int first, int count, BoundValues part)
    {
        for (var i = first; i < first + count; i++)
        {
            Copy(all, i, part);
        }
    }

    private static int IndexOf(IReadOnlyList<ReadOnlyMemory<byte>> names, string name)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Span.SequenceEqual(wanted))
            {
                return i;
            }
        }

        throw ClientErrorException.Invalid($"No value was bound for the marker {name}");
    }

    private static void Copy(BoundValues from, int index, BoundValues to)
    {
        switch (from.State(index))
        {
            case ValueState.Set:
                to.Add(from.Bytes(index));
                break;
            case ValueState.Null:
                to.AddNull();
                break;
            default:
                to.AddUnset();
                break;
        }
    }
}
