using System.Buffers;
using Coterie.Cql.Plans;
using Coterie.Server.Protocol;
using Coterie.Server.Sessions;

namespace Coterie.Server.Connections;

/// <summary>
/// One request of a client, from its frame to its answer. Pooled: the frame's bytes, the parsed parameters, the mutations and the response
/// live in it and are used again by the next request. It has one owner at a time: the connection that read it, then whoever answers it.
/// </summary>
public sealed class ClientRequest
{
    private readonly Action _continuation;
    private readonly RequestPool _pool;
    private CqlConnection? _connection;
    private ValueTask _answering;
    private byte[] _body = [];
    private int _bodyLength;
    private long _charged;

    internal ClientRequest(RequestPool pool)
    {
        _pool = pool;
        _continuation = Finish;
    }

    public FrameHeader Header { get; private set; }

    /// <summary>The frame's body, decompressed. Values are slices of it.</summary>
    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _bodyLength);

    public Session Session => Connection.Session;

    public FrameWriter Response { get; } = new();

    /// <summary>Rows while they are read; what stands before them in the answer is known only after.</summary>
    public FrameWriter Rows { get; } = new();

    public QueryParameters Parameters { get; } = new();

    public BoundValues Values { get; } = new();

    /// <summary>For values that must be put in another order than they came in, or split among the statements of a batch.</summary>
    public BoundValues OwnValues { get; } = new();

    /// <summary>Those of one statement of a batch.</summary>
    public BoundValues PartValues { get; } = new();

    public MutationSet Mutations { get; } = new();

    public List<BatchStatement> Statements { get; } = [];

    public PayloadRequest Payload { get; set; }

    /// <summary>Whether the message was well formed: from then on what is wrong is the statement or the server.</summary>
    public bool IsParsed { get; set; }

    /// <summary>Known when its statement is.</summary>
    public RequestKind Kind { get; set; }

    /// <summary>A <c>TimeProvider.GetTimestamp</c> of when the frame was complete: timeouts count from it.</summary>
    public long ArrivedAt { get; private set; }

    internal CqlConnection Connection => _connection!;

    /// <summary>Takes the frame in: copies its body into memory of the request's own, so that the connection can go on reading.</summary>
    internal void Load(CqlConnection connection, in FrameHeader header, in ReadOnlySequence<byte> body, long charged, long arrivedAt)
    {
        _connection = connection;
        Header = header;
        _charged = charged;
        ArrivedAt = arrivedAt;
        Room((int)body.Length);
        body.CopyTo(_body);
    }

    /// <summary>Replaces a compressed body by its plain form.</summary>
    /// <exception cref="Model.MalformedDataException">It is not what it claims to be.</exception>
    internal void Decompress()
    {
        var compressed = _body;
        var compressedLength = _bodyLength;
        _body = [];
        try
        {
            Room(Lz4Body.PlainLength(compressed.AsSpan(0, compressedLength)));
            Lz4Body.Decompress(compressed.AsSpan(0, compressedLength), _body.AsSpan(0, _bodyLength));
        }
        finally
        {
            Return(compressed);
        }
    }

    /// <summary>Answers the request. The connection hears of it by <see cref="CqlConnection.Answered"/>, at once or later.</summary>
    internal void Start(IRequestDispatcher dispatcher)
    {
        // The one place that keeps a ValueTask: a task and a closure for each request would cost more than the request.
        // It is awaited exactly once: its result is taken in Finish, after it has completed.
#pragma warning disable CA2012
        _answering = dispatcher.AnswerAsync(this);
        var awaiter = _answering.GetAwaiter();
#pragma warning restore CA2012
        if (awaiter.IsCompleted)
        {
            Finish();
        }
        else
        {
            awaiter.UnsafeOnCompleted(_continuation);
        }
    }

    /// <summary>Gives everything back. Nothing may use the request after it.</summary>
    internal void Release()
    {
        _connection = null;
        _answering = default;
        Response.Clear();
        Rows.Clear();
        IsParsed = false;
        Kind = RequestKind.Other;
        Parameters.Clear();
        Values.Clear();
        OwnValues.Clear();
        PartValues.Clear();
        Mutations.Clear();
        Statements.Clear();
        Payload = default;
        if (_body.Length > KeptBodyBytesMax)
        {
            Return(_body);
            _body = [];
        }

        _pool.Return(this, _charged);
    }

    private const int KeptBodyBytesMax = 16 * 1024;

    private void Finish()
    {
#pragma warning disable CA2012 // It has completed: Start looked, or the awaiter has called.
        _answering.GetAwaiter().GetResult();
#pragma warning restore CA2012
        Connection.Answered(this);
    }

    private void Room(int length)
    {
        if (_body.Length < length)
        {
            Return(_body);
            _body = ArrayPool<byte>.Shared.Rent(length);
        }

        _bodyLength = length;
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Answers requests: writes exactly one frame into <see cref="ClientRequest.Response"/>, for every request and whatever happens.</summary>
public interface IRequestDispatcher
{
    /// <summary>Never throws: what goes wrong is the answer.</summary>
    ValueTask AnswerAsync(ClientRequest request);
}
