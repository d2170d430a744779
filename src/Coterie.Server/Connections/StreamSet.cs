namespace Coterie.Server.Connections;

/// <summary>
/// The stream ids of one connection that are in flight: a bit each, with room only up to the largest id that the client has used, so that
/// an idle connection costs nothing. Not thread-safe: its connection guards it.
/// </summary>
internal sealed class StreamSet
{
    private ulong[] _words = [];

    /// <summary>False: the stream is in flight already.</summary>
    public bool TryAdd(short stream)
    {
        var word = stream >> 6;
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, Math.Min((short.MaxValue + 1) >> 6, Math.Max(word + 1, 2 * _words.Length)));
        }

        var bit = 1UL << (stream & 63);
        if ((_words[word] & bit) != 0)
        {
            return false;
        }

        _words[word] |= bit;
        return true;
    }

    public void Remove(short stream) => _words[stream >> 6] &= ~(1UL << (stream & 63));
}
