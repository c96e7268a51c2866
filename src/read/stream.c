// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "read/stream.h"

/* How far reading may be ahead of hashing. */
#define STREAM_SLOTS 4

/* Below this a thread costs more than it saves. */
#define STREAM_THREAD_MIN ((uint64_t)1 << 20)

struct slot {
	uint64_t offset;
	size_t len;
	uint8_t data[STREAM_CHUNK];
};

struct stream {
	int fd;
	uint64_t base;	       /* of the file: where the part begins */
	uint64_t offset, size; /* in the part */
	struct digest *digests;
	size_t digests_len;

	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Below: under the lock. Slots are used in turn; these count them from the start.
	 */
	uint64_t filled, hashed;
	bool finished;
	int hash_result;
	struct slot slots[STREAM_SLOTS];
};

static int hash_slot(struct stream *s, const struct slot *slot)
{
	int r = 0;

	for (size_t i = 0; i < s->digests_len && r == 0; i++)
		r = digest_update(&s->digests[i], slot->data, slot->len, slot->offset);
	return r;
}

static void *hash_thread(void *data)
{
	struct stream *s = data;
	int r;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (s->hashed == s->filled && !s->finished)
			pthread_cond_wait(&s->changed, &s->lock);
		if (s->hashed == s->filled)
			break;
		pthread_mutex_unlock(&s->lock);
		r = hash_slot(s, &s->slots[s->hashed % STREAM_SLOTS]);
		pthread_mutex_lock(&s->lock);
		if (r < 0)
			s->hash_result = r;
		s->hashed++;
		pthread_cond_signal(&s->changed);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

int stream_open_part(int fd, uint64_t offset, uint64_t length, struct digest *digests,
		     size_t count, struct stream **ret)
{
	struct stream *s = malloc(sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->fd = fd;
	s->base = offset;
	s->offset = 0;
	s->size = length;
	s->digests = digests;
	s->digests_len = count;
	s->filled = s->hashed = 0;
	s->finished = false;
	s->hash_result = 0;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	/* Without a thread (a limit, a sandbox) the hash is made in between. */
	s->threaded = count > 0 && s->size >= STREAM_THREAD_MIN &&
		      pthread_create(&s->thread, NULL, hash_thread, s) == 0;
	*ret = s;
	return 0;
}

int stream_open(int fd, struct digest *digests, size_t count, struct stream **ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return stream_open_part(fd, 0, (uint64_t)st.st_size, digests, count, ret);
}

static int fill(struct stream *s, struct slot *slot)
{
	uint64_t left = s->size - s->offset;
	size_t want = left < STREAM_CHUNK ? (size_t)left : STREAM_CHUNK;

	slot->offset = s->offset;
	slot->len = 0;
	while (slot->len < want) {
		ssize_t n = pread(s->fd, slot->data + slot->len, want - slot->len,
				  (off_t)(s->base + s->offset + slot->len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		slot->len += (size_t)n;
	}
	s->offset += want;
	return 0;
}

/* A slot that the hash is done with; the reader is done with it because it asks for
 * another. */
static struct slot *free_slot(struct stream *s)
{
	struct slot *slot;

	if (s->threaded)
		pthread_mutex_lock(&s->lock);
	while (s->filled - s->hashed == STREAM_SLOTS)
		pthread_cond_wait(&s->changed, &s->lock);
	slot = &s->slots[s->filled % STREAM_SLOTS];
	if (s->threaded)
		pthread_mutex_unlock(&s->lock);
	return slot;
}

static void hand_over(struct stream *s, const struct slot *slot)
{
	if (!s->threaded) {
		if (hash_slot(s, slot) < 0)
			s->hash_result = -EIO;
		s->filled++;
		s->hashed++;
		return;
	}
	pthread_mutex_lock(&s->lock);
	s->filled++;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

int stream_next(struct stream *s, const uint8_t **ret_data, size_t *ret_len)
{
	struct slot *slot;
	int r;

	if (s->offset >= s->size)
		return 0;
	slot = free_slot(s);
	r = fill(s, slot);
	if (r < 0)
		return r;
	*ret_data = slot->data;
	*ret_len = slot->len;
	hand_over(s, slot);
	return 1;
}

void stream_skip(struct stream *s, uint64_t n)
{
	s->offset = n < s->size - s->offset ? s->offset + n : s->size;
}

static void join(struct stream *s)
{
	if (!s->threaded)
		return;
	pthread_mutex_lock(&s->lock);
	s->finished = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	(void)pthread_join(s->thread, NULL);
	s->threaded = false;
}

int stream_finish(struct stream *s)
{
	join(s);
	return s->hash_result;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	join(s);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
