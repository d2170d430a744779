using Coterie.Storage.Trees;

namespace Coterie.Replica.Trees;

/// <summary>
/// Goes round all clean leaves, slowly: which to read again next. What nobody writes to is never rehashed for itself, so that rot that the checksums of blocks do not
/// show, or a hash that is wrong, would stay for ever.
/// </summary>
internal sealed class CleanLeaves(LeafSurvey survey, TreeOptions options, TimeProvider time)
{
    private byte[]? _next;
    private long _passBegan;

    public List<LeafView> Take()
    {
        var budget = (long)(options.CleanRowsPerSecond * options.Interval.TotalSeconds);
        if (budget <= 0 || (_next is null && !TryBeginPass()) || _next is not { } from)
        {
            return [];
        }

        var views = survey.CleanFrom(from, budget);
        _next = views.Count > 0 ? views[^1].End : TreeLeaves.EndOfTable(TableOf(from));
        if (!survey.Tables().Any(table => table >= TableOf(_next)))
        {
            _next = null;
        }

        return views;
    }

    private bool TryBeginPass()
    {
        if (_passBegan != 0 && time.GetElapsedTime(_passBegan) < options.CleanPassMin)
        {
            return false;
        }

        // The first begins an hour after the start: there is enough to do until then.
        var isFirst = _passBegan == 0;
        _passBegan = time.GetTimestamp();
        if (!isFirst)
        {
            _next = TreeLeaves.EndOfTable(0);
        }

        return !isFirst;
    }

    private static uint TableOf(byte[] key) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key);
}
