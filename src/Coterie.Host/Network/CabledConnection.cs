using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using Coterie.Cluster.Transport;

namespace Coterie.Host.Network;

/// <summary>A connection whose bytes, and whose end, wait while the cable is out. One that was broken here does not wait.</summary>
internal sealed class CabledConnection : INetworkConnection
{
    private readonly INetworkConnection _connection;
    private readonly CancellationTokenSource _broken = new();

    public CabledConnection(PeerCable cable, INetworkConnection connection)
    {
        _connection = connection;
        Input = new CabledReader(connection.Input, cable, _broken.Token);
        Output = new CabledWriter(connection.Output, cable, _broken.Token);
    }

    public IPEndPoint LocalEndPoint => _connection.LocalEndPoint;

    public IPEndPoint RemoteEndPoint => _connection.RemoteEndPoint;

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public void Abort()
    {
        _connection.Abort();
        _broken.Cancel();
    }

    public ValueTask DisposeAsync()
    {
        _broken.Cancel();
        return _connection.DisposeAsync();
    }

    /// <returns>When the cable is in, or the connection is broken.</returns>
    private static async ValueTask WaitAsync(PeerCable cable, CancellationToken broken, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(broken, cancellationToken);
        try
        {
            await cable.InAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is read or written next says that it is broken.
        }
    }

    private sealed class CabledReader(PipeReader inner, PeerCable cable, CancellationToken broken) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        // Pooled: every message of a development cluster comes this way, and costs no allocation that it would not cost without the cable.
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            // What comes while the cable is out has not come yet.
            var result = await inner.ReadAsync(cancellationToken);
            if (cable.IsOut)
            {
                await WaitAsync(cable, broken, cancellationToken);
            }

            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            result = default;
            return !cable.IsOut && inner.TryRead(out result);
        }
    }

    private sealed class CabledWriter(PipeWriter inner, PeerCable cable, CancellationToken broken) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            cable.IsOut ? FlushLaterAsync(cancellationToken) : inner.FlushAsync(cancellationToken);

        private async ValueTask<FlushResult> FlushLaterAsync(CancellationToken cancellationToken)
        {
            await WaitAsync(cable, broken, cancellationToken);
            return await inner.FlushAsync(cancellationToken);
        }
    }
}
