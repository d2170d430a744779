using System.Collections.Concurrent;
using Coterie.Model;

namespace Coterie.Server.Prepared;

/// <summary>
/// The prepared statements of a node, by id: bounded by number and by bytes of text. What has not been used since the cache last looked is
/// forgotten first (second chance, which finds nearly what least-recently-used would, without a lock or a list to keep on each use).
/// Nothing is kept through a restart: an unknown id is answered with Unprepared, and drivers prepare again.
/// </summary>
internal sealed class PreparedStatements(int countMax, long bytesMax)
{
    private readonly ConcurrentDictionary<PreparedId, PreparedStatement> _byId = new();
    private readonly Lock _gate = new();
    private readonly Queue<PreparedStatement> _inOrder = new();
    private long _bytes;

    public PreparedStatements()
        : this(Limits.PreparedStatementsMax, Limits.PreparedStatementBytesMax)
    {
    }

    public int Count => _byId.Count;

    public PreparedStatement? Find(ReadOnlySpan<byte> id)
    {
        if (id.Length != PreparedId.Size || !_byId.TryGetValue(PreparedId.Read(id), out var statement))
        {
            return null;
        }

        if (!statement.WasUsed)
        {
            statement.WasUsed = true;
        }

        return statement;
    }

    /// <summary>Adds the statement, or returns the one of its id that is there already.</summary>
    public PreparedStatement Add(PreparedStatement statement)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(statement.Id, out var known))
            {
                return known;
            }

            _byId[statement.Id] = statement;
            _inOrder.Enqueue(statement);
            _bytes += BytesOf(statement);
            while ((_inOrder.Count > countMax || _bytes > bytesMax) && _inOrder.Count > 1)
            {
                ForgetOne();
            }

            return statement;
        }
    }

    /// <summary>Terminates: each that is spared is not spared when its turn comes again.</summary>
    private void ForgetOne()
    {
        while (true)
        {
            var oldest = _inOrder.Dequeue();
            if (oldest.WasUsed)
            {
                oldest.WasUsed = false;
                _inOrder.Enqueue(oldest);
                continue;
            }

            _byId.TryRemove(oldest.Id, out _);
            _bytes -= BytesOf(oldest);
            return;
        }
    }

    private static long BytesOf(PreparedStatement statement) => 2L * statement.Text.Length;
}
