using System.Buffers;
using System.IO.Pipelines;
using Coterie.Model;

namespace Coterie.Cluster.Transport;

/// <summary>Takes frames as they come, on the thread that read them.</summary>
internal interface IFrameReceiver
{
    /// <param name="body">Valid during the call only.</param>
    void OnFrame(in PeerFrameHeader header, ReadOnlySpan<byte> body);
}

/// <summary>The receiving half of one connection: cuts the bytes into frames. A frame that lies in one piece is not copied.</summary>
internal static class FrameReader
{
    /// <summary>Runs until the connection ends.</summary>
    /// <exception cref="MalformedDataException">What came cannot be a frame; the connection is of no more use.</exception>
    public static async Task RunAsync(PipeReader input, IFrameReceiver receiver, TransportCounters counters)
    {
        while (true)
        {
            var read = await input.ReadAsync();
            var buffer = read.Buffer;
            var before = buffer.Length;
            var frames = TakeFrames(ref buffer, receiver);
            counters.Received(frames, before - buffer.Length);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }
        }
    }

    private static int TakeFrames(ref ReadOnlySequence<byte> buffer, IFrameReceiver receiver)
    {
        var frames = 0;
        while (true)
        {
            var size = PeerFrame.SizeOf(buffer);
            if (size == 0 || buffer.Length < size)
            {
                return frames;
            }

            if (buffer.FirstSpan.Length >= size)
            {
                Receive(buffer.FirstSpan[..size], receiver);
            }
            else
            {
                ReceiveGathered(buffer.Slice(0, size), size, receiver);
            }

            buffer = buffer.Slice(size);
            frames++;
        }
    }

    private static void ReceiveGathered(in ReadOnlySequence<byte> frame, int size, IFrameReceiver receiver)
    {
        var gathered = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            frame.CopyTo(gathered);
            Receive(gathered.AsSpan(0, size), receiver);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    private static void Receive(ReadOnlySpan<byte> frame, IFrameReceiver receiver)
    {
        var header = PeerFrame.Read(frame, out var body);
        receiver.OnFrame(header, body);
    }
}
